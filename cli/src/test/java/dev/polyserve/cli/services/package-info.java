/// Unit tests of services.
@NullMarked
package dev.polyserve.cli.services;

import org.jspecify.annotations.NullMarked;
