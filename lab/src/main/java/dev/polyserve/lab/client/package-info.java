/// The clients of the lab: each has a role, keeps a connection to one server, and records what it sees.
///
/// **Threads**: a virtual thread for each client and server.
///
/// **Depends on** what can be asked for, and the recording.
@NullMarked
package dev.polyserve.lab.client;

import org.jspecify.annotations.NullMarked;
