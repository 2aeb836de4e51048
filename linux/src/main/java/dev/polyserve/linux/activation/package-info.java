/// The protocols between a service manager and a program that it started: which sockets are passed, that the program is
/// ready, that it is alive, that it ends. They are systemd's and inetd's, without any native code of theirs.
///
/// **Threads**: see each class.
///
/// **Depends on** endpoints, the sockets and processes of this module, and its system calls.
@NullMarked
package dev.polyserve.linux.activation;

import org.jspecify.annotations.NullMarked;
