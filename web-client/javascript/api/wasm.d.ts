// What the bundler makes of an import of a wasm file: its address, relative to the bundle.

declare module "*.wasm" {
  const address: string;
  export default address;
}
