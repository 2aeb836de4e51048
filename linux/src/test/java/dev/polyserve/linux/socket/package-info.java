/// Tests of the sockets.
@NullMarked
package dev.polyserve.linux.socket;

import org.jspecify.annotations.NullMarked;
