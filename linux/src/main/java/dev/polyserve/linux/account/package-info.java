/// Under which user of the system the program runs.
///
/// **Threads**: each class says which.
///
/// **Depends on** the system calls, and on what is known of this process.
@NullMarked
package dev.polyserve.linux.account;

import org.jspecify.annotations.NullMarked;
