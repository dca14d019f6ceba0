"""Everything that brings Kartica onto machines: the laptop, containers, Kubernetes."""
