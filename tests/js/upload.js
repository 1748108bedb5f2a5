// Sends one file with tus-js-client as an app would, and writes what happens to standard output, a line each: each answer as
// `METHOD STATUS`, each failure that is tried again as `again …`, and in the end `done URL`, `aborted URL` or `failed …`.
//
//   node upload.js '{"endpoint", "file", "metadata", "token", "chunkSize", "withCreation", "state", "abortAt"}'
//
// chunkSize: bytes of a PATCH, all at once without it. withCreation: the first bytes go with the POST. state: a file that the app remembers
// its uploads in. abortAt: terminates the upload once so many bytes are acknowledged.

const { readFileSync } = require('node:fs')
const tus = require('tus-js-client')

const order = JSON.parse(process.argv[2])
const say = (line) => process.stdout.write(`${line}\n`)

const upload = new tus.Upload(readFileSync(order.file), {
  endpoint: order.endpoint,
  metadata: order.metadata,
  headers: { Authorization: `Bearer ${order.token}` },
  chunkSize: order.chunkSize ?? Number.POSITIVE_INFINITY,
  uploadDataDuringCreation: order.withCreation ?? false,
  // Short pauses, and many: the server may be away for seconds.
  retryDelays: Array.from({ length: 300 }, (_, attempt) => Math.min(10 * attempt, 100)),
  ...(order.state && { urlStorage: new tus.FileUrlStorage(order.state) }),
  fingerprint: async () => `photo ${order.file}`,
  onAfterResponse: (request, response) => say(`${request.getMethod()} ${response.getStatus()}`),
  onShouldRetry: (error) => {
    const status = error.originalResponse?.getStatus() ?? 0
    say(`again ${status} ${String(error.message).split('\n')[0]}`)
    // As the library decides by itself.
    return status < 400 || status >= 500 || status === 409 || status === 423
  },
  onChunkComplete: async (_, accepted) => {
    if (order.abortAt && accepted >= order.abortAt) {
      await upload.abort(true)
      say(`aborted ${upload.url}`)
    }
  },
  onError: (error) => {
    say(`failed ${String(error.message).replaceAll('\n', ' ')}`)
    process.exitCode = 1
  },
  onSuccess: () => say(`done ${upload.url}`),
})

const begin = async () => {
  if (order.state) {
    const [previous] = await upload.findPreviousUploads()
    if (previous) upload.resumeFromPreviousUpload(previous)
  }
  upload.start()
}
begin()
