"""The Open Inference Protocol over REST: requests to arrays, arrays to answers, errors to statuses."""
