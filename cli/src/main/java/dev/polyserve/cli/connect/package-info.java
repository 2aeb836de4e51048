/// The clients of `connect`: a pipe, an interactive client on a terminal, and a datagram client.
///
/// **Threads**: a client runs on the command's thread, and uses a thread of its own for the other direction.
///
/// **Depends on** the public interface of the library (endpoints), `dev.polyserve.cli.net`, `dev.polyserve.text`, the Unix datagram client of
/// `dev.polyserve.linux`, and JLine, only on a terminal.
@NullMarked
package dev.polyserve.cli.connect;

import org.jspecify.annotations.NullMarked;
