// Imported before nx: no daemon, no plugin processes, no network, and nothing written outside node_modules/.cache.
Object.assign(process.env, {
  NX_DAEMON: 'false',
  NX_ISOLATE_PLUGINS: 'false',
  NX_NO_CLOUD: 'true',
  NX_CACHE_DIRECTORY: 'node_modules/.cache/nx/cache',
  NX_WORKSPACE_DATA_DIRECTORY: 'node_modules/.cache/nx/data',
  NX_SKIP_NATIVE_FILE_CACHE: 'true',
})
