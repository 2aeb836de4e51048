/// What a service manager and a program that it started tell each other: which sockets are handed down, that the program is
/// ready, that it still lives, that it ends. systemd's protocols, and inetd's, without any native code of theirs.
///
/// **Threads**: each class says which.
///
/// **Depends on** endpoints, the sockets and processes of this module, and its system calls.
@NullMarked
package dev.polyserve.linux.activation;

import org.jspecify.annotations.NullMarked;
