-- Without metrics nothing is judged: rollouts hold, and a bad version that serves stays.
return common() or health(holds("Ready") and "Healthy" or "Degraded", "Ready")
