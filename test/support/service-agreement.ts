/** A short contract, for calls that carry a document. */
export const contract = `# Service agreement

The supplier shall pay a service credit of 5 percent if availability falls below 99.9 percent in a month. The liability of
either party is capped at the fees paid in the last twelve months. The price is 12,000 euros per year, indexed by 3 percent.

- Personal data is encrypted at rest with AES-256.
- Either party may terminate with 30 days notice.

The governing law is that of Denmark. Backups are taken nightly. Subprocessors are listed in annex B.`;
