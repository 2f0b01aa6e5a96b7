package main

// single is how the engine serves a request to write the state.
const single = `			var err error
			if request.mutator() {
				err = sm.saveSnapshot()
				hasElidedWrites = false
			} else {
				hasElidedWrites = true
			}
			request.result <- err
`

// grouped serves all requests that wait by then.
const grouped = `			served, write := []mutationRequest{request}, request.mutator()
			for waiting := true; waiting; {
				select {
				case next := <-mutationRequests:
					served, write = append(served, next), next.mutator() || write
				default:
					waiting = false
				}
			}
			var err error
			if write {
				err = sm.saveSnapshot()
			}
			hasElidedWrites = !write
			for _, r := range served {
				r.result <- err
			}
`
