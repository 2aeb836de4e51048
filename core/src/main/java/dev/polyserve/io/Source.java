package dev.polyserve.io;

/// Something whose readiness a multiplexer of the same family can watch.
public interface Source {}
