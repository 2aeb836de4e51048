/// Tests of the protocols between a service manager and a program.
@NullMarked
package dev.polyserve.linux.activation;

import org.jspecify.annotations.NullMarked;
