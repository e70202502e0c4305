// Statistics of samples.

/** Returns the value below which a part of the samples is. */
export function quantile(samples, part) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [low, high] = [Math.floor(at), Math.ceil(at)];
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

export const median = (samples) => quantile(samples, 0.5);

/** Returns the distance of the quartiles. Half of the samples are within it. */
export const spread = (samples) => quantile(samples, 0.75) - quantile(samples, 0.25);

export const geometricMean = (values) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
