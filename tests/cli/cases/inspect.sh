riskpool inspect small.yaml && riskpool inspect --json small.yaml
