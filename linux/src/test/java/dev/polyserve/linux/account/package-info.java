/// Tests of users of the system.
@NullMarked
package dev.polyserve.linux.account;

import org.jspecify.annotations.NullMarked;
