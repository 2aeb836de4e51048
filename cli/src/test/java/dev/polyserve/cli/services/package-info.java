/// Tests of single services, beside those that serve them.
@NullMarked
package dev.polyserve.cli.services;

import org.jspecify.annotations.NullMarked;
