import CNghttp2
import Glibc

/// What libnghttp2 allocates for one session, counted and bounded: past the bound it is told that there is no
/// memory, and the session ends.
struct SessionMemory {
    var used = 0
    let limit: Int

    /// Functions for libnghttp2 that count in `memory`, which must outlive the session.
    static func allocator(_ memory: UnsafeMutablePointer<SessionMemory>) -> nghttp2_mem {
        unsafe nghttp2_mem(
            mem_user_data: memory, malloc: allocate, free: release, calloc: allocateZeroed, realloc: resize)
    }

    fileprivate mutating func take(_ block: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let block = unsafe block else { return nil }
        used += unsafe malloc_usable_size(block)
        return unsafe block
    }

    fileprivate func hasRoom(for size: Int) -> Bool { size <= limit - used }
}

private func allocate(_ size: Int, _ user: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let memory = unsafe user?.assumingMemoryBound(to: SessionMemory.self),
        unsafe memory.pointee.hasRoom(for: size)
    else { return nil }
    return unsafe memory.pointee.take(malloc(size))
}

private func release(_ block: UnsafeMutableRawPointer?, _ user: UnsafeMutableRawPointer?) {
    guard let block = unsafe block else { return }
    if let memory = unsafe user?.assumingMemoryBound(to: SessionMemory.self) {
        unsafe memory.pointee.used -= malloc_usable_size(block)
    }
    unsafe free(block)
}

private func allocateZeroed(
    _ count: Int, _ size: Int, _ user: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
    let (total, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow, let memory = unsafe user?.assumingMemoryBound(to: SessionMemory.self),
        unsafe memory.pointee.hasRoom(for: total)
    else { return nil }
    return unsafe memory.pointee.take(calloc(count, size))
}

private func resize(
    _ block: UnsafeMutableRawPointer?, _ size: Int, _ user: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
    guard let block = unsafe block else { return unsafe allocate(size, user) }
    guard let memory = unsafe user?.assumingMemoryBound(to: SessionMemory.self) else { return nil }
    let before = unsafe malloc_usable_size(block)
    guard unsafe memory.pointee.hasRoom(for: size - before), let moved = unsafe realloc(block, size) else {
        return nil
    }
    unsafe memory.pointee.used -= before
    return unsafe memory.pointee.take(moved)
}
