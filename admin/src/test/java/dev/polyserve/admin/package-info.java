/// Tests of the admin endpoint.
@NullMarked
package dev.polyserve.admin;

import org.jspecify.annotations.NullMarked;
