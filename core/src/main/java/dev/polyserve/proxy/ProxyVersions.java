package dev.polyserve.proxy;

/// Which versions of the PROXY protocol are accepted.
public enum ProxyVersions {
    /// Version 1 only: one line of text.
    V1,
    /// Version 2 only: binary.
    V2,
    /// Either; the first byte tells them apart.
    ANY;

    boolean has(int version) {
        return switch (this) {
            case V1 -> version == 1;
            case V2 -> version == 2;
            case ANY -> true;
        };
    }
}
