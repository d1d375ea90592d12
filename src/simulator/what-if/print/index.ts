export { printHtml } from './html.ts';
export { printReport, type TextOptions } from './text.ts';
