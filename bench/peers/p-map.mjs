// @ts-ignore: installed in this folder alone.
export { default } from 'p-map';
