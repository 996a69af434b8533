"""What lies in the artifact store, read by the bucket's own credentials or through a pod that mounts the claim."""
