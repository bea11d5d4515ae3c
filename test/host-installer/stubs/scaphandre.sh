#!/usr/bin/env bash
# scaphandre itself is only ever started by systemctl's stand-in.
source "$STUBS/world.sh"
fail 1 'scaphandre: started by hand'
