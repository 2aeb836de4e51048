/// The user of the system under which the program runs.
///
/// **Threads**: see each class.
///
/// **Depends on** the system calls, and on the program information of `process`.
@NullMarked
package dev.polyserve.linux.account;

import org.jspecify.annotations.NullMarked;
