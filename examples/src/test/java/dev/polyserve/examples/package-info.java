/// Runs every example, and every snippet of the documents.
@NullMarked
package dev.polyserve.examples;

import org.jspecify.annotations.NullMarked;
