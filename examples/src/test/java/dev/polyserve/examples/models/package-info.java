/// Runs each model by hand and with Polyserve.
@NullMarked
package dev.polyserve.examples.models;

import org.jspecify.annotations.NullMarked;
