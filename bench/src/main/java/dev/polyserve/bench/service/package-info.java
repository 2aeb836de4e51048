/// Handlers that Polyserve contenders run in processes of their own, loaded by name.
///
/// **Thread**: as for every handler and protocol. **May use**: the API.
@NullMarked
package dev.polyserve.bench.service;

import org.jspecify.annotations.NullMarked;
