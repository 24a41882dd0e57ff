export { default } from '../../../../../models/search/1/servable.ts';
