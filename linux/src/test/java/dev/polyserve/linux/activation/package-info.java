/// Tests of what a service manager and a program tell each other.
@NullMarked
package dev.polyserve.linux.activation;

import org.jspecify.annotations.NullMarked;
