/** Asks the sandbox's control, with a JSON body if one is given; answers status and parsed body. */
export const ask = async (url: string, method = 'GET', body?: unknown) => {
  const response = await fetch(url, {
    method, ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, type, body: JSON.parse(await response.text()) }
}
