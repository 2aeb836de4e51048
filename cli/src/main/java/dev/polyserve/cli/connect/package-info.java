/// The clients behind `connect`: a pipe, a person at a terminal, datagrams.
///
/// **Threads**: a client runs on the command's thread and a second one of its own for the other direction.
///
/// **Depends on** the public interface of the library (endpoints), `dev.polyserve.cli.net`, the client of Unix datagrams of
/// `dev.polyserve.linux`, and JLine, only on a terminal.
@NullMarked
package dev.polyserve.cli.connect;

import org.jspecify.annotations.NullMarked;
