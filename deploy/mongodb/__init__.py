"""What a mongod that Kartica's own manifests start needs before the services can use it."""
