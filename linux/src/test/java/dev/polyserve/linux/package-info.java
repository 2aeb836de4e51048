/// Tests of the services that the models of this module provide.
@NullMarked
package dev.polyserve.linux;

import org.jspecify.annotations.NullMarked;
