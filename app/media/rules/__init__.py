"""What is true of photos by itself: containers, pixels, EXIF, likeness, evidence, signed addresses.

Everything here turns bytes and values into bytes and values: no clock, no file, no database. Pillow is used on bytes
in memory only, which keeps `pixels` as repeatable as the rest.
"""
