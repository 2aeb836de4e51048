package dev.polyserve.io;

/// A source of readiness that a multiplexer of the same family can watch.
public interface Source {}
