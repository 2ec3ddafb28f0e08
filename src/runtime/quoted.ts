/** @file Arguments as a shell wants them. */

/** As it is where a shell leaves it alone, else in quotes. */
export const quoted = (argument: string): string => (/^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`);
