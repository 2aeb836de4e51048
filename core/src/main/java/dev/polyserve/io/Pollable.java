package dev.polyserve.io;

/// A source of readiness that a multiplexer of the same family can watch.
public interface Pollable {
    /// Readiness for reading and accepting, or interest in it. A peer's end or reset counts as readiness for every
    /// operation of interest.
    int READ = 1;
    /// Readiness for writing, or interest in it.
    int WRITE = 2;
}
