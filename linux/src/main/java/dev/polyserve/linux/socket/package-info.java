/// The family of sockets that are descriptors: TCP, UDP, Unix stream and Unix datagram, behind the interfaces of
/// `dev.polyserve.io`.
///
/// A [dev.polyserve.linux.socket.Descriptor] has one owner and is closed once, and never while a call uses it, so that no
/// call meets the number's next owner.
///
/// **Threads**: as the interfaces say.
///
/// **Depends on** `dev.polyserve.io`, what a wait may ask of a socket (`conversation`), and the system calls.
@NullMarked
package dev.polyserve.linux.socket;

import org.jspecify.annotations.NullMarked;
