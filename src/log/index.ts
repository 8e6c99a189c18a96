/**
 * Files of container output in CRI's format, whoever writes them: `log` is being written, `log.1` is the
 * one before it, and so on. It owns their names and their turning over. It refuses to know who writes;
 * runtimes call it, and the store's reader follows the same names.
 */
export { rotateFiles } from './rotate-files.ts';
