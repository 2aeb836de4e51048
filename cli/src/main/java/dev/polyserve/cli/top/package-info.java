/// The live view of a running server in a terminal or a pipe: `top`.
///
/// **Threads**: one at a time; it waits for replies of the control socket.
///
/// **Depends on** `dev.polyserve.cli.control` and `dev.polyserve.cli.text`.
@NullMarked
package dev.polyserve.cli.top;

import org.jspecify.annotations.NullMarked;
