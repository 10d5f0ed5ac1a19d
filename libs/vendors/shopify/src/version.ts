/**
 * The Admin API version of every request, of the committed schema and of our webhook subscriptions; the one place to change on an upgrade.
 * Versions come quarterly and live at least 12 months: https://shopify.dev/docs/api/usage/versioning
 */
export const API_VERSION = '2026-10'
