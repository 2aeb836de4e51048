package dev.polyserve.conformance;

import java.util.Locale;

/// How many configurations a build tests: `./mvnw verify -Dquick`, `./mvnw verify` or `./mvnw verify -Dfull`.
public enum TestScope {
    QUICK, USUAL, FULL;

    private static final String PROPERTY = "polyserve.tests";

    /// The scope of this build.
    public static TestScope current() {
        return valueOf(System.getProperty(PROPERTY, USUAL.name()).toUpperCase(Locale.ROOT));
    }
}
