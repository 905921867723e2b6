export { default } from 'p-map';
