const parking = ['to know what is parked']

/** What the runtime itself hears, in each process and without a declaration. */
export const listeners = {
  'gateway.RedriveRequested': ['of the named service, to handle again what is parked'],
  'orchestrator.MerchantRegistered': ['to know whose shops these are'],
  'orchestrator.MerchantUninstalled': ['to know whose shops these are'],
  'orchestrator.CallsStopped': ['at the gate of every call to the outside'],
  'orchestrator.CallsResumed': ['at the gate of every call to the outside'],
  'runtime.HandlerRegistered': ['to know where each handler begins'],
  'runtime.EffectAttempted': ['before it tries an effect again'],
  'runtime.HandlerParked': parking,
  'runtime.HandlerRedriven': parking,
  'runtime.HandlerUnparked': parking,
}

/** Events that neither a handler nor the gateway writes, and who does. */
export const recorders = {
  'orchestrator.LogRestored': '`zyra restore`, in the name of the orchestrator',
  'orchestrator.LogSealed': 'the sealing of the log, in the name of the orchestrator',
}
