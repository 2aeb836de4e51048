/// The family of descriptor sockets: TCP, UDP, Unix stream and Unix datagram, behind the interfaces of
/// `dev.polyserve.io`.
///
/// A [dev.polyserve.linux.socket.Descriptor] has one owner. It is closed once, and never while a call uses it, so that
/// no call can reach another file that reuses the number.
///
/// **Threads**: as the interfaces specify.
///
/// **Depends on** `dev.polyserve.io`, the readiness checks of a wait (`conversation`), and the system calls.
@NullMarked
package dev.polyserve.linux.socket;

import org.jspecify.annotations.NullMarked;
