// Stands in for the runtime: takes the compiler's calls and ignores them.
extern "C" {
#define IGNORE(name) \
  void name(void*) {}
IGNORE(__tsan_read1)
IGNORE(__tsan_read2) IGNORE(__tsan_read4) IGNORE(__tsan_read8) IGNORE(__tsan_read16) IGNORE(__tsan_write1)
    IGNORE(__tsan_write2) IGNORE(__tsan_write4) IGNORE(__tsan_write8) IGNORE(__tsan_write16)
        IGNORE(__tsan_unaligned_read2) IGNORE(__tsan_unaligned_read4) IGNORE(__tsan_unaligned_read8)
            IGNORE(__tsan_unaligned_write2) IGNORE(__tsan_unaligned_write4) IGNORE(__tsan_unaligned_write8)
                IGNORE(__tsan_func_entry) IGNORE(__tsan_vptr_read) void __tsan_vptr_update(void**, void*) {}
void __tsan_func_exit() {}
void __tsan_init() {}
void* __tsan_memcpy(void* to, const void* from, unsigned long size) { return __builtin_memcpy(to, from, size); }
void* __tsan_memmove(void* to, const void* from, unsigned long size) { return __builtin_memmove(to, from, size); }
void* __tsan_memset(void* to, int value, unsigned long size) { return __builtin_memset(to, value, size); }
}
